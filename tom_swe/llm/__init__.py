"""Language models behind the `LanguageModel` port. litellm is imported when one is called."""
