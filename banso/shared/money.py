"""Money is whole minor units and an ISO 4217 code; only here are a currency's decimals known."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format

_WITH_TWO_DECIMALS = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN "
    "BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD "
    "FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR "
    "KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD "
    "TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"
)
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"

CURRENCIES: dict[str, int] = (
    dict.fromkeys(_WITH_TWO_DECIMALS.split(), 2)
    | dict.fromkeys(_WITHOUT_DECIMALS.split(), 0)
    | dict.fromkeys(_WITH_THREE_DECIMALS.split(), 3)
)
_SYMBOLS = {"JPY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units, halves away from zero; KeyError for an unknown currency."""
    return int((amount * 10 ** CURRENCIES[currency]).to_integral_value(ROUND_HALF_UP))


def shown(minor: int | None, currency: str) -> str:
    """The amount as people write it: ¥120,000, $1,200.50, 1,200.000 KWD; empty for None."""
    if minor is None:
        return ""
    decimals = CURRENCIES.get(currency, 2)
    number = number_format(
        abs(Decimal(minor)) / 10**decimals, decimal_pos=decimals, use_l10n=True, force_grouping=True
    )
    sign = "-" if minor < 0 else ""
    if currency in _SYMBOLS:
        return f"{sign}{_SYMBOLS[currency]}{number}"
    return f"{sign}{number} {currency}".strip()
