"""The report on paper: page one for whoever wears or sells the garment, page two for whoever goes through its bytes."""
