# python:3-slim for a machine without a registry: Debian's packages satisfy the requirements.txt of the
# apps, and debugpy, which the debugging commands install by pip, is there as a wheel made of Debian's.
FROM app
COPY wheel.py /
RUN python3 /wheel.py debugpy /wheels
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels
