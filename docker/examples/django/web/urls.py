import os

from django.db import connection
from django.http import HttpResponse
from django.urls import path


def page(request):
    """Writes to the database in /app and to a folder that the image made as root."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS visits (number INTEGER)")
        cursor.execute("INSERT INTO visits VALUES (1)")
    with open("/extra/visits", "a") as visits:
        visits.write("x")
    return HttpResponse(f"Django, served by user {os.getuid()} in groups {os.getgroups()}\n")


urlpatterns = [path("", page)]
