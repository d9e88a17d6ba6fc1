<?php
header("Content-Type: text/plain");
echo "PHP, served by user ", posix_getuid(), "\n";
