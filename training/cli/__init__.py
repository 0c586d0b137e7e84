"""The command line. Each module holds the commands of one subject; none imports a heavy library before it is needed."""
