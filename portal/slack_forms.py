"""The form of what a company's Slack workspace may do."""

from __future__ import annotations

from django import forms

from companies.models import SlackWorkspace


class SlackForm(forms.ModelForm):
    """Only its shape: the service saves."""

    class Meta:
        model = SlackWorkspace
        fields = ("allows_punches", "has_digest", "digest_channel", "digest_at")
        widgets = {"digest_at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}  # noqa: RUF012
