SECRET_KEY = "only an example"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "web.urls"
WSGI_APPLICATION = "web.wsgi.application"
