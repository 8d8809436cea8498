"""Routes by area; each is a few lines around one method of the façade."""
