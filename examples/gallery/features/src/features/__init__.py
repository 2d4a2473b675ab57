"""Features of users from what they clicked."""
