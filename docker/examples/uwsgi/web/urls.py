import os

from django.http import HttpResponse
from django.urls import path

from .tasks import slow


def page(request):
    return HttpResponse(f"uWSGI, served by user {os.getuid()} in groups {os.getgroups()}\n")


def start(request, seconds):
    return HttpResponse(slow.delay(seconds).id)


urlpatterns = [path("", page), path("start/<int:seconds>", start)]
