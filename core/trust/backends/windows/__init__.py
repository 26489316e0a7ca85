"""The ROOT stores of Windows, of this user and of the machine, through crypt32."""
