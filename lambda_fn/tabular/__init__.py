"""CSV bytes -> columns and a verdict per row; scores -> CSV bytes. Pure: numpy, no AWS, no data frame."""
