"""What Earshot cannot place: addresses that the directory lacks, and live legs in no conference."""
