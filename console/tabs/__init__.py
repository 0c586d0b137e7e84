"""One module a tab: pure functions, and the layout that calls them."""
