"""The provider's protocol: signatures, events, commands, errors; knows neither Django nor our tables."""
