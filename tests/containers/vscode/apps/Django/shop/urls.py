from django.http import HttpResponse
from django.urls import path


def index(request):
    text = "hello from Django\n"
    return HttpResponse(text)


urlpatterns = [path("", index)]
