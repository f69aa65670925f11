"""How people want to be asked: preferences, what an answer costs them, and how a session did."""
