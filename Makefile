# Two commands on a fresh machine: `make demo` and `make test`. Each sets up what it needs.
.PHONY: demo test test-all test-hosts check bench docs pictures lock clean
# Where none is written, every process that a test starts compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE

demo:
	@tools/setup.sh core
	@.venv/bin/tom demo

test:
	@tools/setup.sh dev
	.venv/bin/pytest -q -n 2 -m "not slow"

test-all:
	@tools/setup.sh dev
	@tools/setup.sh local
	@tools/setup.sh openhands-cli
	@tools/setup.sh hosts
	.venv/bin/pytest -q -n 2
	@tools/setup.sh sdk
	.venv-sdk/bin/pytest -q tests/hosts
	@tools/setup.sh train
	.venv-train/bin/pytest -q tests/training

test-hosts:
	@tools/setup.sh dev
	@tools/setup.sh hosts
	.venv/bin/pytest -q -m hosts tests/agents

check:
	@tools/setup.sh dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/pyright
	.venv/bin/lint-imports
	.venv/bin/python tools/docs.py --check

bench:
	@tools/setup.sh dev
	@tools/setup.sh reference
	.venv/bin/python -m tom_evals.bench
	.venv/bin/python -m tom_evals.pages
	.venv/bin/python -m tom_evals.tokens --reference

docs:
	@tools/setup.sh dev
	.venv/bin/python tools/docs.py
	.venv/bin/zensical build --clean --strict

# Needs a Chromium.
pictures:
	@tools/setup.sh dev
	.venv/bin/python tools/pictures.py
	.venv/bin/python tools/recording.py

# Locks name no registry, so that they serve behind any. The development lock is one of its own:
# openhands-ai pins what it needs, and asks for a tom-swe, which is this one.
COMPILE = $$uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.12 --no-emit-package tom-swe
# What is measured and tested has the two extras that tom itself imports.
CORE = pyproject.toml --extra chroma --extra litellm
lock:
	@tools/setup.sh dev
	uv=$$(command -v uv || echo .uv/bin/uv); \
	$(COMPILE) $(CORE) -o requirements/core.txt && \
	$(COMPILE) $(CORE) evals/pyproject.toml --group dev -o requirements/dev.txt && \
	$(COMPILE) $(CORE) evals/pyproject.toml requirements/sdk.in -o requirements/sdk.txt && \
	$(COMPILE) evals/pyproject.toml --extra train requirements/train.in \
	  -o requirements/train.txt && \
	$$uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.12 requirements/openhands-cli.in -o requirements/openhands-cli.txt && \
	$$uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.12 requirements/reference.in -o requirements/reference.txt && \
	$(COMPILE) --no-deps requirements/local.in -o requirements/local.txt

clean:
	rm -rf .npm-hosts .venv .venv-sdk .venv-openhands-cli .venv-reference .venv-train .uv dist
