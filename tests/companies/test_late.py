"""What is loaded when it is asked for: each name is there, and no other."""

from __future__ import annotations

from types import ModuleType

import pytest

from companies import selectors, services


@pytest.mark.parametrize("package", [services, selectors])
def test_each_late_name_is_found_and_no_other(package: ModuleType) -> None:
    assert package._LATE.keys() <= set(package.__all__)
    for name, module in package._LATE.items():
        assert getattr(package, name).__module__ == f"{package.__name__}.{module}"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # noqa: B018  # asking is what is tried
