"""The way of a webhook: signed, put in order, posted, retried and kept on record."""
