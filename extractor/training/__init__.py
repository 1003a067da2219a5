"""Training of the recogniser and the relation classifier; needs the extra ``train``."""
