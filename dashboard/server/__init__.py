"""How the product is served: requests bounded, logs masked, and a stop that does not wait."""
