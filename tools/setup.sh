#!/bin/sh
# Makes an environment that holds exactly what a lock names, and this project.
# usage: tools/setup.sh core|dev     in .venv: tom-swe alone, or with tom-evals and what develops it
#        tools/setup.sh sdk          in .venv-sdk: the newest OpenHands SDK, for its host tests
#        tools/setup.sh train        in .venv-train: tom-evals[train], to train a policy and test it
#        tools/setup.sh openhands-cli
#                                    in .venv-openhands-cli: that CLI alone, as its users have it
#        tools/setup.sh local        in .venv, to what is there: the extra [local], and weights of
#                                    a very small model for its tests
#        tools/setup.sh hosts        in .npm-hosts, where there is npm: the coding agents that the
#                                    tests of real programs run
#        tools/setup.sh reference    in .venv-reference: the public tom-swe alone, to measure it
# Needs any Python 3 with pip and venv; finds or fetches a Python >= 3.12 for the project itself.
set -eu
cd "$(dirname "$0")/.."
set_name=${1:-core}
lock=requirements/$set_name.txt
projects=
case $set_name in
core) venv=.venv program=tom projects=. ;;
dev) venv=.venv program=tom projects=". evals" ;;
local) venv=.venv program=tom ;;
sdk) venv=.venv-sdk program=tom projects=". evals" ;;
train) venv=.venv-train program=tom projects=". evals" ;;
openhands-cli) venv=.venv-openhands-cli program=openhands ;;
reference) venv=.venv-reference program=python ;;
hosts) venv=.npm-hosts ;;
*)
    echo "setup: no set called $set_name" >&2
    exit 2
    ;;
esac

# One at a time: the lock is on this file and goes with this process.
take_turns() {
    exec 9>>tools/setup.sh
    if command -v python3 >/dev/null 2>&1; then
        python3 -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    fi
}

if [ "$set_name" = hosts ]; then
    if ! command -v npm >/dev/null 2>&1; then
        echo "setup: no npm on PATH, so the tests of real coding agents will be skipped" >&2
        exit 0
    fi
    take_turns
    stamp=$(cksum <requirements/hosts/package.json)
    if [ "$(cat "$venv/.installed" 2>/dev/null)" = "$stamp" ]; then
        exit 0
    fi
    echo "setup: installing requirements/hosts/package.json" >&2
    rm -rf "$venv"
    mkdir "$venv"
    cp requirements/hosts/package.json "$venv"
    cd "$venv"
    npm install --silent --no-package-lock --no-audit --no-fund --ignore-scripts
    # These two pick the program for this processor; no other script is run.
    node node_modules/@anthropic-ai/claude-code/install.cjs >/dev/null
    node node_modules/opencode-ai/postinstall.mjs >/dev/null
    echo "$stamp" >.installed
    exit 0
fi

# A stamp holds what was installed and all that lay there then, so that a changed lock or project
# file installs again, and so does a package that came or went in another way.
stamp_of() {
    {
        cat "requirements/$1.txt" pyproject.toml evals/pyproject.toml tools/setup.sh
        ls -d "$venv"/lib/python*/site-packages/*.dist-info 2>/dev/null || true
    } | cksum
}
has() {
    [ -x "$venv/bin/$program" ] && [ "$(cat "$venv/.installed-$1" 2>/dev/null)" = "$(stamp_of "$1")" ]
}
# What develops also runs.
ready() {
    has "$set_name" || { [ "$set_name" = core ] && has dev; }
}
if ready; then
    exit 0
fi

take_turns
if ready; then
    exit 0
fi

if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    uv=.uv/bin/uv
    if [ ! -x "$uv" ]; then
        echo "setup: no uv on PATH, installing one into .uv/" >&2
        python3 -m venv .uv
        .uv/bin/python -m pip install --quiet --disable-pip-version-check uv
    fi
fi

new_enough='import sys; sys.exit(sys.version_info < (3, 12))'
find_python() {
    if [ -n "${UV_PYTHON:-}" ]; then
        echo "$UV_PYTHON"
        return
    fi
    for candidate in python3.13 python3.12 python3 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python; do
        if "$candidate" -c "$new_enough" >/dev/null 2>&1; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    echo ">=3.12"   # uv fetches one
}

# Without a stamp an installation was cut off, and what lies there may be half a package.
if ! ls "$venv"/.installed-* >/dev/null 2>&1 ||
    ! "$venv/bin/python" -c "$new_enough" >/dev/null 2>&1; then
    python=$(find_python)
    echo "setup: making $venv with $python" >&2
    "$uv" venv --quiet --clear --python "$python" "$venv"
fi
stay=
if [ "$set_name" = local ]; then
    for each in core dev; do
        if has $each; then stay="$stay $each"; fi
    done
fi
rm -f "$venv"/.installed-*
echo "setup: installing $lock" >&2
# Named outright, for UV_PYTHON goes before an environment that is only active.
python=$venv/bin/python
if [ "$set_name" = local ]; then
    "$uv" pip install --quiet --python "$python" --no-deps --require-hashes -r "$lock"
else
    # What the lock does not name goes: a package of another set breaks those that find it.
    "$uv" pip sync --quiet --python "$python" --require-hashes "$lock"
fi
# The lock is complete, and a hash for this very project cannot be in it.
for project in $projects; do
    "$uv" pip install --quiet --python "$python" --no-deps --editable "./$project"
done
for each in $set_name $stay; do
    stamp_of "$each" >"$venv/.installed-$each"
done
