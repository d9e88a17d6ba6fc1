"""One page, as a manage.py: django_app.py runserver HOST:PORT [--noreload]."""
import os
import sys

import django.conf
import django.core.management
import django.core.wsgi
import django.http
import django.urls

django.conf.settings.configure(DEBUG=True, ALLOWED_HOSTS=["*"], SECRET_KEY="test", ROOT_URLCONF=__name__)
urlpatterns = [django.urls.path("", lambda request: django.http.HttpResponse("django"))]
application = django.core.wsgi.get_wsgi_application()

if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    django.core.management.execute_from_command_line(sys.argv)
