"""The Servers tab: ComfyUI servers and the workflows they run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from addons.api import Addon, AddonContext, Part
from addons.servers.model import ServersTab
from addons.servers.workflows import WorkflowsTab


def build(context: AddonContext) -> None:
    """Lay the tab out."""
    from addons.servers.view import lay_out

    lay_out()


def parts(context: AddonContext) -> Sequence[Part]:
    """The tab's live areas."""
    servers, flows = ServersTab(context), WorkflowsTab(context)
    return (
        Part("servers.list", servers.show, servers.act),
        Part("servers.flows", flows.table, flows.act),
        Part("servers.flow", flows.details, flows.act),
    )


ADDON = Addon(id="servers", title="Servers", order=75, build=build, parts=parts, assets=Path(__file__).parent)
