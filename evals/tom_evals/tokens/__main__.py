"""``python -m tom_evals.tokens``."""

from tom_evals.tokens.run import main

if __name__ == "__main__":
    main()
