"""Tests of the services that charge for pictures, over stand-ins for them."""
