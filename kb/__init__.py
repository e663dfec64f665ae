"""The knowledge base: Markdown articles in linked language pairs, and the search over them."""
