"""What pip is told about where packages come from, uv is told, too."""

from __future__ import annotations

import pytest

from cdk.build.package_index import pip_options, uv_settings

LISTED = """\
global.index-url='https://mirror.company.com/simple'
global.timeout='60'
global.trusted-host='mirror.company.com'
install.index-url='https://of-install.company.com/simple'
install.user='true'
:env:.extra-index-url='https://one.company.com/simple https://two.company.com/simple'
:env:.find-links='/wheels\\n/more wheels'
"""
MIRROR = {"index-url": "https://mirror.company.com/simple"}


def test_files_and_variables_of_pip_are_read_in_the_order_of_pip() -> None:
    assert pip_options(LISTED) == {
        "index-url": "https://of-install.company.com/simple",
        "timeout": "60",
        "trusted-host": "mirror.company.com",
        "user": "true",
        "extra-index-url": "https://one.company.com/simple https://two.company.com/simple",
        "find-links": "/wheels\n/more wheels",
    }


def test_a_variable_beats_a_file_whatever_the_order_of_the_lines() -> None:
    listed = ":env:.index-url='https://of-shell'\nglobal.index-url='https://of-file'\n"
    assert pip_options(listed) == {"index-url": "https://of-shell"}


@pytest.mark.parametrize(
    ("options", "environment", "settings"),
    [
        ({}, {}, {}),
        (MIRROR, {}, {"UV_DEFAULT_INDEX": "https://mirror.company.com/simple"}),
        (MIRROR, {"UV_DEFAULT_INDEX": "https://of-uv"}, {}),
        (MIRROR, {"UV_INDEX_URL": "https://of-uv"}, {}),
        (
            {"extra-index-url": "https://one\nhttps://two"},
            {},
            {"UV_INDEX": "https://one https://two", "UV_INDEX_STRATEGY": "unsafe-best-match"},
        ),
        (
            {"find-links": "/a /b", "trusted-host": "one two", "cert": "/etc/ca.pem"},
            {},
            {"UV_FIND_LINKS": "/a,/b", "UV_INSECURE_HOST": "one two", "SSL_CERT_FILE": "/etc/ca.pem"},
        ),
        ({"cert": "/etc/ca.pem"}, {"SSL_CERT_FILE": "/of/the/shell.pem"}, {}),
        ({"user": "true", "timeout": "60"}, {}, {}),
    ],
)
def test_each_option_has_its_variable_and_uv_s_own_ones_stay(
    options: dict[str, str], environment: dict[str, str], settings: dict[str, str]
) -> None:
    assert uv_settings(options, environment) == settings
