"""Every HTTP address."""

from django.contrib import admin
from django.urls import include, path

