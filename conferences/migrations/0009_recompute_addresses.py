"""Brings what is stored in line with the canonical forms, and takes pressed keys out of stored facts.

An address whose new form somebody else has already stays as it was; `doctor` names such pairs.
"""

from django.db import IntegrityError, migrations, transaction

from conferences.addresses import InvalidAddress, canonical, normalise
from conferences.telnyx.events import Unusable, encode, parse
from conferences.telnyx.events.redaction import KEYS_PRESSED, redact, redact_bytes

ADDRESSES = (("AgentAddress", "address"), ("Device", "address"), ("QueueNumber", "number"))


def recompute(apps, schema_editor):
    for name, field in ADDRESSES:
        for row in apps.get_model("conferences", name).objects.all():
            written = getattr(row, field)
            try:
                setattr(row, field, normalise(written))
            except InvalidAddress:
                continue
            row.written = written
            try:
                with transaction.atomic():
                    row.save(update_fields=[field, "written"])
            except IntegrityError:
                continue
    for leg in apps.get_model("conferences", "Leg").objects.iterator():
        leg.from_canonical, leg.to_canonical = canonical(leg.from_address), canonical(leg.to_address)
        leg.save(update_fields=["from_canonical", "to_canonical"])
    for fact in apps.get_model("conferences", "Fact").objects.filter(event_type__in=KEYS_PRESSED).iterator():
        body = bytes(fact.body)
        try:
            fact.body = encode(redact(parse(body, fact.received_at)))
        except Unusable:
            fact.body = redact_bytes(body)
        fact.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("conferences", "0008_canonical_addresses")]

    operations = [migrations.RunPython(recompute, migrations.RunPython.noop)]
