"""What a session shows about the person: sessions in, observations out."""
