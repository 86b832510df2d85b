"""What a patient, a clinic and a maintainer can rely on."""
