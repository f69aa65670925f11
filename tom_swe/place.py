"""What tom's files and folders are named, and who may read them. Standard library only: each hook
starts with this.
"""

LOCAL_USER = "local"
DATABASE = "tom.db"
# What stands after the database's name beside one that is encrypted.
ENCRYPTED = ".encrypted"
# The file whose being there switches tom off.
OFF = "off"
FILE_MODE = 0o600
FOLDER_MODE = 0o700
