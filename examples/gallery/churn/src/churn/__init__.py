"""How likely an account is to leave."""
