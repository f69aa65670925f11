"""From a query and what memory holds to a suggestion."""
