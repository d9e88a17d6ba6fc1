<?php
header("Content-Type: text/plain");
echo "PHP, served by user ", posix_getuid(), getenv("DB_PASSWORD") ? ", with a password" : "", "\n";
