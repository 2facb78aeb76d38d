"""The sentence that a person reads when a service refuses."""

from inspect import cleandoc

from django.utils.translation import gettext

APPS = ("accounts", "ledger", "custody", "contracts", "clearing")


def refusal_sentence(error: Exception) -> str | None:
    """What a refusal of our services says, in the language of the request; None if it is no refusal.

    A refusal is an exception defined by one of the apps. It says its sentence itself, or its docstring is the
    sentence.
    """
    kind = type(error)
    if kind.__module__.split(".")[0] not in APPS:
        return None
    if hasattr(error, "sentence"):
        return str(error)
    sentence = " ".join(cleandoc(kind.__doc__ or kind.__name__).split("\n\n")[0].split())
    return f"{gettext(sentence)} {error}".strip()
