"""Keys of counting periods and teams, stored outside the database so that they can be destroyed."""
