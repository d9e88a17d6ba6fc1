module example/forge

go 1.19
