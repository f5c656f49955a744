"""The books: everything that is kept, and the only room that knows the database."""
