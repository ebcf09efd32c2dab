"""What a person hands over beside the calls: samples, gene models, masks, and the paths of VCF files; knows no record and no database."""
