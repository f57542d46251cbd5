"""Static files under names that tell their content: a page finds the ones it was made with, also after an upgrade."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Links each file, and what our modules import, by its content. What was not collected keeps its plain name."""

    # Django's own switch for this takes words in other packages' comments for imports.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("dashboard/js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),  # noqa: SLF001
    )

    def stored_name(self, name: str) -> str:
        """Return the name under which this one was collected."""
        clean = self.clean_name(name)
        return str(self.hashed_files.get(self.hash_key(clean)) or clean)
