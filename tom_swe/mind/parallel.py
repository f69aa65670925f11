"""Doing one thing to several items at the same time."""

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from threading import Thread


def outcomes[Item, Result](
    action: Callable[[Item], Result], items: Sequence[Item], at_once: int
) -> list[Result | Exception]:
    """What came of each item, in their order: a result, or what was raised.

    At most ``at_once`` run at the same time. The threads keep no process from ending, so an
    interrupt is not held up by an answer that is still waited for.
    """
    done: list[Result | Exception | None] = [None] * len(items)
    if at_once == 1 or len(items) == 1:
        return [_outcome(action, item) for item in items]
    waiting: SimpleQueue[int] = SimpleQueue()
    for place in range(len(items)):
        waiting.put(place)

    def work() -> None:
        while True:
            try:
                place = waiting.get_nowait()
            except Empty:
                return
            done[place] = _outcome(action, items[place])

    threads = [Thread(target=work, daemon=True) for _ in range(min(at_once, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [each for each in done if each is not None]


def _outcome[Item, Result](action: Callable[[Item], Result], item: Item) -> Result | Exception:
    try:
        return action(item)
    except Exception as error:  # it is the caller's to say what becomes of it
        return error
