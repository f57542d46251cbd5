"""What every command's body is made of."""


def without_defaults(**fields: object) -> dict[str, object]:
    """Return the fields that are to be sent: False, None and the empty list are what the provider assumes anyway."""
    return {name: value for name, value in fields.items() if value}
