# The app of the manifests: Flask by gunicorn, in an image that knows nothing of Kubernetes.
FROM python:3-slim
COPY --from=drop-init /drop-init /sbin/
COPY shop.py /app/
WORKDIR /app
ENV PYTHONDONTWRITEBYTECODE=1
