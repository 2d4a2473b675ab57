"""A ranker of documents, trained from clicks."""
