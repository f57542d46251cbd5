"""Every sentence of the product in other letters, so that whatever decides by reading one is found out.

    python -m pytest -p tests.support.other_words tests/end_to_end/test_stories.py

A plugin to be named on the command line: the sentences are changed as the modules are compiled.
"""

from tests.support.rewording import install

install()
