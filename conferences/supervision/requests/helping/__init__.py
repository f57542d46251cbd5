"""An agent asks for help in a call, and a supervisor answers by whisper to her alone."""
