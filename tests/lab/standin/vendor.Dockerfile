# Stand-in for an image that a maker of hardware ships (nvcr.io/nvidia/pytorch): the distribution's own Python, packages
# that pip put into its dist-packages in several layers, one of them taken away again, and settings for pip, for the
# linker and for the start of containers. numpy and what torch needs are real; torch and its like are made by
# vendor_wheels.py and compute nothing.
ARG BASE
FROM ${BASE}
ENV PATH=/usr/local/nvidia/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LD_LIBRARY_PATH=/usr/local/nvidia/lib64 PIP_CONSTRAINT=/etc/pip/constraint.txt PIP_BREAK_SYSTEM_PACKAGES=1
RUN set -eu; \
    apt-get update -qq; \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates python3 python3-pip; \
    ln -s python3 /usr/bin/python; \
    rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/apt/*.bin
COPY wheels /wheels
RUN mkdir -p /etc/pip && printf 'six==1.15.0\nnumpy==1.26.4\n' > /etc/pip/constraint.txt \
 && python3 -m pip install --no-cache-dir -q numpy==1.26.4 filelock==3.19.1 typing-extensions==4.15.0 einops==0.8.1
RUN python3 -m pip install --no-cache-dir -q --no-deps /wheels/*.whl
RUN python3 -m pip uninstall -q -y apex && rm -r /wheels
RUN mkdir -p /opt/nvidia && printf '#!/bin/sh\necho "a banner"\nexec "$@"\n' > /opt/nvidia/nvidia_entrypoint.sh \
 && chmod 755 /opt/nvidia/nvidia_entrypoint.sh
LABEL dev.envc.lab.stand-in="nvidia/pytorch"
ENTRYPOINT ["/opt/nvidia/nvidia_entrypoint.sh"]
