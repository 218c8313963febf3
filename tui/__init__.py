"""voxtop: the program around the engine: command line, configuration, screens."""
