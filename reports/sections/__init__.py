"""The dossier's sections: each a pure function from the facts to what stands on the page."""
