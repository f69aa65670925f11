"""The figures that were told before, as they were printed, to hold the replay against.

Published: Vijayvargiya, Zhou, Yerukola, Sap and Neubig, "Ambig-SWE: Interactive Agents to
Overcome Underspecificity in Software Engineering", ICLR 2026, arXiv 2502.13069: its tables of
resolve rates, of detection by level of encouragement, of question quality and of navigational
answers. Those of Claude Sonnet 4 and Qwen 3 Coder were not taken from the paper itself.

Recomputed: worked out earlier, apart from this code, from the same release
(github.com/sani903/InteractiveSWEAgents, MIT).
"""

from __future__ import annotations

from typing import NamedTuple


class Told(NamedTuple):
    """A figure as it was published and as it was recomputed; where one is empty, it was not."""

    published: str = ""
    recomputed: str = ""


LLAMA, DEEPSEEK = "Llama 3.1 70B", "Deepseek-v2"
HAIKU, SONNET = "Claude Haiku 3.5", "Claude Sonnet 3.5"
ISSUES = 500

# Percent of 500, and how many that is.
RATES = {
    (LLAMA, "Hidden"): "3.2",
    (LLAMA, "Interaction"): "4.8",
    (LLAMA, "Full"): "8.8",
    (DEEPSEEK, "Hidden"): "5.6",
    (DEEPSEEK, "Interaction"): "7.2",
    (DEEPSEEK, "Full"): "12.2",
    (HAIKU, "Hidden"): "15.4",
    (HAIKU, "Interaction"): "26.8",
    (HAIKU, "Full"): "33.8",
    (SONNET, "Hidden"): "24.2",
    (SONNET, "Interaction"): "39.6",
    (SONNET, "Full"): "49.4",
}
COUNTS = {
    (LLAMA, "Hidden"): "16",
    (LLAMA, "Interaction"): "24",
    (LLAMA, "Full"): "44",
    (DEEPSEEK, "Hidden"): "28",
    (DEEPSEEK, "Interaction"): "36",
    (DEEPSEEK, "Full"): "61",
    (HAIKU, "Hidden"): "77",
    (HAIKU, "Interaction"): "134",
    (HAIKU, "Full"): "169",
    (SONNET, "Hidden"): "121",
    (SONNET, "Interaction"): "198",
    (SONNET, "Full"): "247",
}
HAIKU_GAIN, SONNET_SHARE = "74", "80"  # percent: Interaction over Hidden, less 1; over Full


class Pairs(NamedTuple):
    """Hidden against Interaction, by instance: Wilcoxon's p, gains and losses."""

    p: str
    gains: str
    losses: str


PAIRS = "497"
PAIRED = {
    LLAMA: Pairs("0.061", "16", "7"),
    DEEPSEEK: Pairs("0.19", "23", "15"),
    HAIKU: Pairs("3.2e-9", "77", "19"),
    SONNET: Pairs("3.6e-14", "92", "14"),
}

# Accuracy, false positive rate, false negative rate.
DETECTED = {
    (SONNET, "neutral"): (".60", ".00", ".81"),
    (SONNET, "moderate"): (".84", ".24", ".09"),
    (SONNET, "strong"): (".76", ".36", ".10"),
    (HAIKU, "neutral"): (".54", ".00", ".97"),
    (HAIKU, "moderate"): (".57", ".02", ".90"),
    (HAIKU, "strong"): (".63", ".06", ".66"),
    (DEEPSEEK, "neutral"): (".69", ".30", ".31"),
    (DEEPSEEK, "moderate"): (".57", ".08", ".83"),
    (DEEPSEEK, "strong"): (".51", ".04", ".94"),
    (LLAMA, "neutral"): (".49", ".45", ".57"),
    (LLAMA, "moderate"): (".47", ".95", ".09"),
    (LLAMA, "strong"): (".52", ".93", ".06"),
}

# Resolve rate in percent and cases, where the answers name a gold file and where they do not.
NAVIGATED = {
    SONNET: ("59.52", "42", "37.94", "427"),
    DEEPSEEK: ("13.19", "144", "4.62", "325"),
    HAIKU: ("36.94", "111", "24.78", "339"),
    LLAMA: ("6.34", "142", "4.28", "327"),
}
GAINS = {SONNET: ".1368", HAIKU: ".1347", DEEPSEEK: ".1423", LLAMA: ".1013"}
MARKS = {SONNET: "3.99", LLAMA: "2.48"}  # question marks a message

# Nothing in the release holds these.
ELSEWHERE = {
    "judge of new information, 1 to 5: Claude Sonnet 3.5": Told("4.06"),
    "judge of new information, 1 to 5: Claude Haiku 3.5": Told("4.00"),
    "judge of new information, 1 to 5: Deepseek-v2": Told("4.06"),
    "judge of new information, 1 to 5: Llama 3.1 70B": Told("3.58"),
    "questions a session: Claude Sonnet 3.5": Told("3.80"),
    "questions a session: Claude Sonnet 4": Told("4.03"),
    "questions a session: Qwen 3 Coder 480B": Told("6.02"),
    "questions a session: Llama 3.1 70B": Told("2.61"),
    "resolved %: Claude Sonnet 4, Hidden": Told("40.0"),
    "resolved %: Claude Sonnet 4, Interaction": Told("61.4"),
    "resolved %: Claude Sonnet 4, Full": Told("68.0"),
    "resolved %: Qwen 3 Coder 480B, Hidden": Told("45.6"),
    "resolved %: Qwen 3 Coder 480B, Interaction": Told("53.8"),
    "resolved %: Qwen 3 Coder 480B, Full": Told("64.6"),
    "accuracy, FPR, FNR: Claude Sonnet 4, neutral": Told(".74/.08/.44"),
    "accuracy, FPR, FNR: Claude Sonnet 4, moderate": Told(".74/.10/.42"),
    "accuracy, FPR, FNR: Claude Sonnet 4, strong": Told(".89/.03/.18"),
    "accuracy, FPR, FNR: Qwen 3 Coder 480B, neutral": Told(".50/-/1.00"),
    "accuracy, FPR, FNR: Qwen 3 Coder 480B, moderate": Told(".50/-/1.00"),
    "accuracy, FPR, FNR: Qwen 3 Coder 480B, strong": Told(".50/.00/1.00"),
}
