"""One supervisor hands a call over to another: offered, accepted, confirmed, and only then the first one leaves."""
