"""How other tools and papers count a network: one file per tool, each rule over the rows of a report."""
