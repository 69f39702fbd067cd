"""Is a project as the NOC needs it? A list of yes and no, each no with what to do."""
